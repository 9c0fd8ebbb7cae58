import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { serviceWorker } from './build/service_worker.ts';

/** Three pages, one worker; every other file carries the hash of its content in its name. */
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), serviceWorker()],
  build: {
    // `light-dark()` of the tokens: two years of browsers.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        console: 'index.html',
        tablet: 'tablette/index.html',
        crew: 'equipe/index.html',
        worker: 'src/offline/service_worker.ts',
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'worker' ? 'assets/worker.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  // Components are tested as browsers run them, not as a server would draw them.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  test: { environment: 'jsdom', include: ['test/**/*.test.ts'], setupFiles: ['test/setup.ts'], restoreMocks: true },
}));
