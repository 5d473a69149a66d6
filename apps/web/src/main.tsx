import '@fontsource-variable/inter';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/content.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.js';
import { sessionQuery } from './api/session.js';
import { App } from './app/app.js';
import { loadPage } from './app/pages.js';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
void queryClient.prefetchQuery(sessionQuery);
// Until then the document itself says that the page is loading. A top-level `await` would never end: the page's code imports the chunk
// of this file, and would wait for it.
void loadPage(location.pathname).then(() =>
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  ),
);
