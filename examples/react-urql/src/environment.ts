export const GATEWAY_URL = import.meta.env.VITE_GATEWAY_URL ?? 'http://localhost:4000/graphql';
