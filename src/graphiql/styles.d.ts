/** Styles are imported for esbuild alone, which bundles them; they have no value. */
declare module '*.css';
