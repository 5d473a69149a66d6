export {
  type AdminAddress,
  type AdminListener,
  type AdminPage,
  type AdminPages,
  AdminPortError,
  jsonPage,
  startAdminListener,
} from './private-listener.js';
