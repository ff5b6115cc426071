/** The selected picture with the outline of the hand. */
import { useEffect, useState } from "preact/hooks";
import { type Picture, type Rotation, turned } from "../picture.js";
import { TurnLeft, TurnRight } from "./icons.js";

interface Props {
  picture: Picture;
  onRotate: (rotation: Rotation) => void;
}

export function Viewer({ picture, onRotate }: Props) {
  const [hasOutline, setOutline] = useState(true);
  const outline = picture.state.is === "done" ? (picture.state.answer.outline ?? []) : [];
  return (
    <section class="viewer" aria-label="Picture">
      <div class="stage">
        <Stage key={picture.address} picture={picture} outline={hasOutline ? outline : []} />
        {picture.state.is === "running" && <span class="scan" aria-hidden="true" />}
      </div>
      <div class="tools">
        <button type="button" class="button" onClick={() => onRotate(turned(picture.rotation, -90))}>
          <TurnLeft />
          Rotate left
        </button>
        <button type="button" class="button" onClick={() => onRotate(turned(picture.rotation, 90))}>
          <TurnRight />
          Rotate right
        </button>
        <label class="switch">
          <input
            type="checkbox"
            checked={hasOutline}
            disabled={outline.length === 0}
            onChange={({ currentTarget }) => setOutline(currentTarget.checked)}
          />
          Outline of the hand
        </label>
      </div>
    </section>
  );
}

interface StageProps {
  picture: Picture;
  outline: readonly (readonly (readonly [number, number])[])[];
}

function Stage({ picture, outline }: StageProps) {
  const { address, addressRotation, rotation, file } = picture;
  const size = useSize(address);
  if (address === null || size === "unreadable")
    return (
      <p class="no-picture">
        {picture.state.is === "done" || size === "unreadable"
          ? "A browser cannot show this file."
          : "This file is shown when it has been read."}
      </p>
    );
  if (size === null) return null;
  const angle = turned(rotation, -addressRotation);
  const [width, height] = angle % 180 === 0 ? [size.width, size.height] : [size.height, size.width];
  const label = `Radiograph ${file.name}${outline.length > 0 ? ", with the outline of the hand" : ""}`;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <image
        href={address}
        width={size.width}
        height={size.height}
        transform={`translate(${width / 2} ${height / 2}) rotate(${angle}) translate(${-size.width / 2} ${-size.height / 2})`}
      />
      <Outline polygons={outline} picture={picture} width={width} />
    </svg>
  );
}

/** A preview may be smaller than the picture, whose pixels the outline is in. */
function Outline({
  polygons,
  picture,
  width,
}: {
  polygons: StageProps["outline"];
  picture: Picture;
  width: number;
}) {
  if (picture.state.is !== "done" || polygons.length === 0) return null;
  const scale = width / picture.state.answer.picture.width;
  const path = polygons.map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join("L")}Z`).join("");
  return <path class="outline" d={path} transform={`scale(${scale})`} />;
}

type Size = { width: number; height: number };

/** Size of a picture in its pixels; null until it is known. */
function useSize(address: string | null): Size | "unreadable" | null {
  const [size, setSize] = useState<Size | "unreadable" | null>(null);
  useEffect(() => {
    if (address === null) return;
    const image = new Image();
    image.onload = () => setSize({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () => setSize("unreadable");
    image.src = address;
    return () => {
      image.onload = null;
      image.onerror = null;
    };
  }, [address]);
  return size;
}
