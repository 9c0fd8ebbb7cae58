/** Renderers that draw with the processor: SwiftShader (Chromium), llvmpipe (Mesa), Microsoft's. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render|software/i;

/**
 * True if the map is drawn by the processor. Measured on two cores at 520 × 510 px with 500 incidents and 200 units:
 * 35 ms of processor time a frame in the drawing process, of which the letters take 12: they wait while the map is moved.
 */
export function drawsInSoftware(canvas: HTMLCanvasElement): boolean {
  const gl = canvas.getContext('webgl2');
  if (gl === null) return true;
  const told = gl.getExtension('WEBGL_debug_renderer_info');
  return told !== null && SOFTWARE.test(String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)));
}
