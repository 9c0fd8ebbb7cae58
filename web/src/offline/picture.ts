/** As dispatch keeps it: a phone's 12 megapixels would take minutes on a thin line. */
const LONGEST_SIDE = 2048;
const QUALITY = 0.8;

/** A photo as it is kept on the tablet and sent: upright, at most 2048 pixels a side, JPEG. Null: not a picture. */
export async function smaller(photo: Blob): Promise<Blob | null> {
  const picture = await createImageBitmap(photo, { imageOrientation: 'from-image' }).catch(() => null);
  if (picture === null) return null;
  const { width, height } = within(picture.width, picture.height);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
  picture.close();
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
}

export function within(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
