// Builds every browser bundle into dist/. The output is committed, so it must be the same on every machine:
// fixed names, ASCII only, no source maps, nothing that depends on a path or the time.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, context } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");

/** An app is named by what it builds: its script and, beside it, its style sheet. */
const apps = {
  widget: ["src/loader/index.ts"],
  panel: ["src/panel/index.tsx", "src/panel/panel.css"],
  desk: ["src/desk/index.tsx", "src/desk/desk.css"],
  studio: ["src/studio/index.tsx", "src/studio/studio.css"],
  insight: ["src/insight/index.tsx", "src/insight/insight.css"],
  demo: ["src/site/demo.ts", "src/site/demo.css"],
  help: ["src/site/help.css"],
};

const entryPoints = Object.entries(apps).flatMap(([out, sources]) =>
  sources.filter((source) => existsSync(join(here, source))).map((source) => ({ in: source, out })),
);

const options = {
  absWorkingDir: here,
  entryPoints,
  outdir: dist,
  bundle: true,
  minify: true,
  charset: "ascii",
  format: "iife",
  target: ["es2021", "chrome100", "firefox100", "safari15.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
};

function report() {
  for (const name of readdirSync(dist).sort()) {
    const bytes = readFileSync(join(dist, name));
    const packed = gzipSync(bytes, { level: 9 }).length;
    console.log(
      `${basename(name).padEnd(14)} ${String(bytes.length).padStart(8)} B ${String(packed).padStart(8)} B gzip`,
    );
  }
}

if (process.argv.includes("--watch")) {
  const watching = await context({ ...options, logLevel: "info" });
  await watching.watch();
} else {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  await build(options);
  copyFileSync(join(here, "src/site/icon.svg"), join(dist, "icon.svg"));
  report();
}
