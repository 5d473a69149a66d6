export {
  jsonPage,
  type ListenAddress,
  PrivateListenerError,
  type PrivatePage,
  type PrivatePages,
  type RunningPrivateListener,
  startPrivateListener,
} from './private-listener.js';
