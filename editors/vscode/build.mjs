// Bundles the extension into one file: VS Code loads it faster, and the package needs no node_modules.
import { copyFileSync } from "node:fs";
import { build } from "esbuild";

copyFileSync("../../LICENSE", "LICENSE");
await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  minify: true,
  legalComments: "inline",
});
