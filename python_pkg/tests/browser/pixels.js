// For each box of a screenshot: how many colours it has, what part of it is not its commonest colour, and which of the
// colours that are looked for it has none of.
async ({ png, regions, scale }) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  return regions.map(({ box, colours }) => {
    const [x, y] = [Math.floor(box.x * scale), Math.floor(box.y * scale)];
    const [width, height] = [Math.ceil(box.width * scale) + 1, Math.ceil(box.height * scale) + 1];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    context.drawImage(image, x, y, width, height, 0, 0, width, height);
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    const found = [...counts.keys()].map((pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]);
    // Edges are blended with what is behind them: thin marks have few pixels of their very colour.
    const isThere = (colour) =>
      found.some((pixel) => pixel.every((channel, index) => Math.abs(channel - colour[index]) <= 24));
    const commonest = Math.max(...counts.values());
    return {
      colourCount: counts.size,
      drawn: 1 - commonest / pixels.length,
      missing: (colours ?? []).filter((colour) => !isThere(colour.match(/\d+/g).map(Number))),
    };
  });
};
