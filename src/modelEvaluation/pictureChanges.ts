/** The changes of the test of robustness: what different devices, archives and people do to the same radiograph. */
import type { PictureChange } from "../image/changedPicture.js";
import type { View } from "../image/imagePlan.js";

interface Change {
  name: string;
  view: View;
}

/** Positive is clockwise. */
const turned = (degrees: number): Change => ({
  name: `turned ${Math.abs(degrees)}° ${degrees < 0 ? "left" : "right"}`,
  view: { flip: false, rotationAngle: degrees },
});

const changed = (name: string, change: PictureChange): Change => ({
  name,
  view: { flip: false, rotationAngle: 0, change },
});

/** The kinds are those of Santomartino et al., Radiology: Artificial Intelligence 2024, and JPEG. */
export const PICTURE_CHANGES: readonly Change[] = [
  ...[-90, -30, -10, 10, 30, 90].map(turned),
  { name: "upside down", view: { flip: false, rotationAngle: 180 } },
  { name: "mirrored left to right", view: { flip: true, rotationAngle: 0 } },
  { name: "mirrored top to bottom", view: { flip: true, rotationAngle: 180 } },
  changed("20 % darker", { kind: "brightness", share: -0.2 }),
  changed("20 % brighter", { kind: "brightness", share: 0.2 }),
  changed("contrast × 0.6", { kind: "contrast", factor: 0.6 }),
  changed("contrast × 1.4", { kind: "contrast", factor: 1.4 }),
  changed("inverted", { kind: "inversion" }),
  changed("laterality marker", { kind: "marker" }),
  changed("resolution 1/2", { kind: "resolution", share: 1 / 2 }),
  changed("resolution 1/4", { kind: "resolution", share: 1 / 4 }),
  changed("JPEG, quality 50", { kind: "jpeg", quality: 50 }),
  changed("JPEG, quality 10", { kind: "jpeg", quality: 10 }),
];
