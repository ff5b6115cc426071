/** All pictures, with what can be done to them. */
import { useState } from "preact/hooks";
import { differenceInShort, inShort } from "../ages.js";
import type { Answer } from "../answer.js";
import { toCsv } from "../csv.js";
import { downloadText } from "../download.js";
import { chronologicalAge, type Picture, usedSex } from "../picture.js";
import type { PictureQueue } from "../pictureQueue.js";
import { ChooseFiles } from "./chooseFiles.js";
import { Cross, Download, Plus } from "./icons.js";
import { Progress } from "./progress.js";

interface Props {
  pictures: readonly Picture[];
  selectedId: number;
  queue: PictureQueue;
  onSelect: (id: number) => void;
  onFiles: (files: File[]) => void;
  onRemove: (ids: number[]) => void;
}

export function PictureTable({ pictures, selectedId, queue, onSelect, onFiles, onRemove }: Props) {
  const hasResults = pictures.some(({ state }) => state.is === "done" || state.is === "failed");
  return (
    <section class="list" aria-labelledby="list-title">
      <div class="list-head">
        <h2 id="list-title">
          Pictures <span class="count">{pictures.length}</span>
        </h2>
        <div class="actions">
          <ChooseFiles class="button" onFiles={onFiles}>
            <Plus />
            Add pictures
          </ChooseFiles>
          <button
            type="button"
            class="button"
            disabled={!hasResults}
            onClick={() => downloadText("bone-ages.csv", toCsv(pictures))}
          >
            <Download />
            Download CSV
          </button>
          <button type="button" class="button" onClick={() => onRemove(pictures.map(({ id }) => id))}>
            Remove all
          </button>
        </div>
      </div>
      <Progress pictures={pictures} queue={queue} />
      <table>
        <caption class="visually-hidden">All pictures and their bone ages</caption>
        <thead>
          <tr>
            <th scope="col">Picture</th>
            <th scope="col" class="wide">
              Sex
            </th>
            <th scope="col" class="wide">
              Age
            </th>
            <th scope="col">Bone age</th>
            <th scope="col" class="wide">
              Difference
            </th>
            <th scope="col" class="wide">
              Checks
            </th>
            <th scope="col">
              <span class="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pictures.map((picture) => (
            <Row
              key={picture.id}
              picture={picture}
              isSelected={picture.id === selectedId}
              onSelect={() => onSelect(picture.id)}
              onRemove={() => onRemove([picture.id])}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  picture: Picture;
  isSelected: boolean;
  onSelect: () => void;
  onRemove: () => void;
}

function Row({ picture, isSelected, onSelect, onRemove }: RowProps) {
  const { file, state } = picture;
  const age = chronologicalAge(picture);
  const answer = state.is === "done" ? state.answer : null;
  const sex = answer === null ? null : usedSex(answer);
  return (
    <tr class={isSelected ? "selected" : ""}>
      <th scope="row">
        <button type="button" class="name" aria-current={isSelected} onClick={onSelect}>
          <Thumbnail picture={picture} />
          <span>{file.name}</span>
        </button>
      </th>
      <td class="wide">
        {sex === null ? "–" : `${sex.sex}${sex.from === "predicted" ? " (predicted)" : ""}`}
      </td>
      <td class="wide">{age === null ? "–" : inShort(age)}</td>
      <td>
        <Outcome state={state} />
      </td>
      <td class="wide">{answer === null || age === null ? "–" : differenceInShort(answer.bone_age, age)}</td>
      <td class="wide">{answer === null ? "–" : checksOf(answer)}</td>
      <td class="remove">
        <button
          type="button"
          class="button button-bare"
          aria-label={`Remove ${file.name}`}
          onClick={onRemove}
        >
          <Cross />
        </button>
      </td>
    </tr>
  );
}

function checksOf({ quality: { length }, mask }: Answer): string {
  if (mask.source === "none") return "Not checked";
  return length === 0 ? "Good" : `${length} ${length === 1 ? "doubt" : "doubts"}`;
}

const WORDS = {
  waiting: "Waiting",
  running: "Reading…",
  "needs-sex": "Needs the sex",
  failed: "No result",
  cancelled: "Cancelled",
};

function Outcome({ state }: { state: Picture["state"] }) {
  if (state.is === "done") return <strong>{inShort(state.answer.bone_age)}</strong>;
  return <span class={`tag tag-${state.is}`}>{WORDS[state.is]}</span>;
}

function Thumbnail({ picture: { address, addressRotation, rotation } }: { picture: Picture }) {
  const [unreadable, setUnreadable] = useState<string | null>(null);
  if (address === null || address === unreadable) return <span class="thumbnail" />;
  const rotate = `${rotation - addressRotation}deg`;
  return (
    <img class="thumbnail" src={address} alt="" style={{ rotate }} onError={() => setUnreadable(address)} />
  );
}
