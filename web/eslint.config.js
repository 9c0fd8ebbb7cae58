import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** What a folder may not import: the direction is pages → session, offline, live → api, i18n, ui. */
const NOT_FROM = {
  console: ['tablet', 'crew'],
  tablet: ['console', 'crew'],
  crew: ['console', 'tablet'],
  session: ['console', 'tablet', 'crew', 'offline', 'map'],
  offline: ['console', 'tablet', 'crew', 'session', 'map'],
  live: ['console', 'tablet', 'crew', 'session', 'offline', 'ui', 'map'],
  map: ['console', 'tablet', 'crew', 'session', 'offline'],
  ui: ['console', 'tablet', 'crew', 'session', 'offline', 'live', 'api', 'map'],
  api: ['console', 'tablet', 'crew', 'session', 'offline', 'live', 'ui', 'map'],
  i18n: ['console', 'tablet', 'crew', 'session', 'offline', 'live', 'ui', 'api', 'map'],
};

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/generated', 'contract'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
      'no-console': 'error',
      // What is taken out of an object so that the rest is without it.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, varsIgnorePattern: '^_', argsIgnorePattern: '^_' },
      ],
      // A type parameter names the shape of an answer even where it is used once.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // `svelte-check` knows what is declared.
      'no-undef': 'off',
      // Maps and dates in plain code are not shown; what is shown is a SvelteMap or comes from the clock.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  ...Object.entries(NOT_FROM).map(([folder, others]) => ({
    files: [`src/${folder}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ group: others.map((other) => `**/${other}/**`), message: 'See "Direction" in web/README.md.' }],
        },
      ],
    },
  })),
);
