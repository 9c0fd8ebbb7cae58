import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';

const WORKER = 'assets/worker.js';
/** Those that work in dead spots. */
const PAGES = ['tablette', 'equipe'];
const PLACEHOLDER = '__KEPT_FILES__';
/** Minifiers choose the quotes. */
const PLACE = new RegExp(`["'\`]${PLACEHOLDER}["'\`]`, 'g');

/**
 * Writes a worker for each of those pages, and into it which files the page needs, so that it can start without a network. A change in any
 * of them changes the worker, which is how a browser learns that there is a new version.
 */
export function serviceWorker(): Plugin {
  return {
    name: 'vigie-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== 'chunk') return;
      for (const page of PAGES) {
        const list = JSON.stringify(keptBy(bundle, page));
        const source = worker.code.replaceAll(PLACE, list);
        if (!source.includes(list)) this.error(`${WORKER}: the list of kept files found no place`);
        this.emitFile({ type: 'asset', fileName: `${page}/sw.js`, source });
      }
      Reflect.deleteProperty(bundle, WORKER); // its two copies are served instead
    },
  };
}

function keptBy(bundle: Rolldown.OutputBundle, page: string): Kept {
  const files = [...neededBy(bundle, `${page}/index.html`, false)].sort();
  const all = [...neededBy(bundle, `${page}/index.html`, true)].sort();
  const hash = createHash('sha256');
  for (const name of all) hash.update(name).update(contentOf(bundle[name]));
  const shell = [`/${page}/`, `/${page}/manifest.webmanifest`, '/icon.svg'];
  const later = all.filter((name) => !files.includes(name)).map((name) => `/${name}`);
  const version = hash.digest('hex').slice(0, 12);
  return { page, version, files: [...shell, ...files.map((name) => `/${name}`)], later };
}

/** `files`: without them the page does not start. `later`: what it loads on demand, such as the map. */
interface Kept {
  page: string;
  version: string;
  files: string[];
  later: string[];
}

/** The scripts and styles that a page loads, on demand too if asked for; not the page itself. */
function neededBy(bundle: Rolldown.OutputBundle, page: string, onDemand: boolean): Set<string> {
  const found = new Set<string>();
  const entry = Object.values(bundle).find(
    (one): one is Rolldown.OutputChunk => one.type === 'chunk' && (one.facadeModuleId ?? '').endsWith(page),
  );
  const waiting = entry ? [entry.fileName] : [];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const part = bundle[name];
    if (found.has(name) || part === undefined) continue;
    found.add(name);
    if (part.type === 'asset') continue;
    waiting.push(...part.imports, ...(onDemand ? part.dynamicImports : []));
    const styles = (part as { viteMetadata?: { importedCss?: Set<string>; importedAssets?: Set<string> } })
      .viteMetadata;
    waiting.push(...(styles?.importedCss ?? []), ...(styles?.importedAssets ?? []));
  }
  return found;
}

function contentOf(part: Rolldown.OutputAsset | Rolldown.OutputChunk | undefined): string | Uint8Array {
  return part === undefined ? '' : part.type === 'chunk' ? part.code : part.source;
}
