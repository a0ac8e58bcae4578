/** What src/http/graphiql-page.ts tells the page. A page without inline scripts learns it from attributes. */

export const container = document.getElementById('graphiql')!;

type Attributes = Record<
  'endpoint' | 'authMode' | 'editorWorker' | 'jsonWorker' | 'graphqlWorker',
  string
>;

const { endpoint, authMode, ...workers } = container.dataset as Attributes & { actAs?: string };

/** Path of the GraphQL endpoint. */
export { endpoint, workers };
/** The gateway's AUTH_MODE. */
export const mode = authMode as 'none' | 'passthrough' | 'jwt';
export const isActAsOffered = container.dataset.actAs !== undefined && mode !== 'none';
export const needsToken = mode !== 'none';
