/** Entry of the GraphiQL page, which scripts/build-graphiql.mjs bundles. */
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import './access-bar.css';
import './explain.css';
import './phone.css';
import './workers.js';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { container } from './settings.js';

createRoot(container).render(<App />);
