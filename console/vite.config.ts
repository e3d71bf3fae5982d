import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { licencesOf } from "../licences.mjs";

const outDir = path.resolve(import.meta.dirname, "../dist/console");

/** The service compresses nothing while it runs: what shrinks is compressed here, once. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  closeBundle() {
    const files = readdirSync(outDir, { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => /\.(?:js|css|svg)$/.test(name))) {
      const target = path.join(outDir, file);
      writeFileSync(`${target}.gz`, gzipSync(readFileSync(target), { level: 9 }));
    }
  },
};

/** What of packages is built in goes along with its licence. */
const licences: Plugin = {
  name: "licences",
  apply: "build",
  generateBundle() {
    // Some modules are made while it is built, and their names begin with a null.
    const files = [...this.getModuleIds()].filter((id) => !id.startsWith("\0"));
    this.emitFile({ type: "asset", fileName: "THIRD-PARTY-LICENSES.txt", source: licencesOf(files) });
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: "/console/",
  plugins: [compressed, licences],
  esbuild: { jsx: "automatic" },
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2022",
    // Everything comes from a file of ours: the content security policy allows nothing written into the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      // Packages mark files for a server that renders; there is none.
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
