/** Styles are imported for esbuild alone, which bundles them; they have no value. */
declare module '*.css';

/** Monaco's parts have no types of their own. */
declare module 'monaco-editor/esm/vs/*';
