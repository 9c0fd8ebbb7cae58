/** What is loaded only where a map is drawn: MapLibre and all that needs it. */
export { default } from './MapDrawing.svelte';
