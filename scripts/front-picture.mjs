/**
 * `npm run docs:picture`: draws docs/images/prediction.png, the picture of the README: three bundled phantoms, and below them
 * what `predict` prints for them. The printed lines are also kept as the picture's description, which a test compares
 * with what the program prints today.
 */
import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { root, runAsScript, SetupError } from "./steps.mjs";

const NAMES = ["000008.png", "000004.png", "000011.png"];
const PICTURES = NAMES.map((name) => `images/${name}`);
const FLAGS = ["--sex-from", "annotations.csv", "--mask_dirs", "masks"];

/** Pixels; the README shows the picture at half this size. */
const [WIDTH, MARGIN, GAP, HAND_HEIGHT, LINE, FONT] = [1600, 40, 30, 620, 46, 29];
const HAND_WIDTH = Math.floor((WIDTH - 2 * MARGIN - 2 * GAP) / 3);

/** The command as the picture shows it, and the lines that it prints. */
export function printed() {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "dist/bin.cjs"), "predict", ...PICTURES, ...FLAGS],
    {
      cwd: join(root, "examples/phantoms"),
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new SetupError(`predict ended with ${status}:\n${stderr}`);
  const command = [`$ npx deeplasia-native predict ${PICTURES.join(" ")} \\`, `      ${FLAGS.join(" ")}`];
  return [...command, ...stdout.trimEnd().split("\n").map(withTabs)].join("\n");
}

/** As a terminal shows tabs. */
const withTabs = (line) =>
  line.replaceAll(/([^\t]*)\t/g, (_, word) => word.padEnd(8 * Math.ceil((word.length + 1) / 8)));

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function terminal(text, top, height) {
  const lines = text.split("\n").map((line, i) => {
    const colour = i < 2 ? "#8b949e" : "#e6edf3";
    const y = top + 34 + LINE * (i + 0.5);
    return `<text x="${MARGIN}" y="${y}" fill="${colour}" xml:space="preserve">${escaped(line)}</text>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="DejaVu Sans Mono, monospace" font-size="${FONT}">${lines.join("")}</svg>`,
  );
}

const hand = (name) =>
  sharp(join(root, "examples/phantoms/images", name))
    .resize(HAND_WIDTH, HAND_HEIGHT, { fit: "cover" })
    .toColourspace("srgb")
    .png()
    .toBuffer();

async function draw() {
  const text = printed();
  const top = MARGIN + HAND_HEIGHT;
  const height = top + LINE * text.split("\n").length + 72;
  const hands = await Promise.all(NAMES.map(hand));
  const layers = hands.map((input, i) => ({ input, left: MARGIN + i * (HAND_WIDTH + GAP), top: MARGIN }));
  const file = join(root, "docs/images/prediction.png");
  await mkdir(join(root, "docs/images"), { recursive: true });
  await sharp({ create: { width: WIDTH, height, channels: 3, background: "#0d1117" } })
    .composite([...layers, { input: terminal(text, top, height), left: 0, top: 0 }])
    .withExif({ IFD0: { ImageDescription: text } })
    .png({ palette: true, colours: 64, dither: 0, effort: 10 })
    .toFile(file);
  console.log(file);
}

await runAsScript(import.meta.url, draw);
