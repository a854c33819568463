/** Stylesheets are bundled beside the script that imports them (esbuild.mjs); the import has no value. */
declare module "*.css";
