/** The page before the first picture. */
import { useState } from "preact/hooks";
import { ChooseFiles } from "./chooseFiles.js";
import { PRIVACY } from "./footer.js";
import { Hand } from "./icons.js";

interface Props {
  onFiles: (files: File[]) => void;
  onSample: () => Promise<void>;
}

export function Welcome({ onFiles, onSample }: Props) {
  const [fault, setFault] = useState<string | null>(null);
  const trySample = () =>
    onSample().catch(() => setFault("The sample cannot be read: the service does not answer."));
  return (
    <div class="welcome">
      <h1>Bone age from a hand radiograph</h1>
      <p class="lead">
        Add a picture of a child’s hand. You get the bone age in years and months, compared with the child’s
        age, and what is doubtful about the picture.
      </p>
      <section class="drop-card" aria-label="Add pictures">
        <Hand />
        <p class="drop-title">Drop radiographs here</p>
        <p class="muted">PNG, JPEG, TIFF or DICOM. Several at once, or a folder.</p>
        <div class="actions">
          <ChooseFiles class="button button-primary" onFiles={onFiles}>
            Choose pictures
          </ChooseFiles>
          <button type="button" class="button" onClick={trySample}>
            Try a synthetic radiograph
          </button>
        </div>
        {fault !== null && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
      </section>
      <ul class="facts">
        <li>
          <strong>Private</strong>
          {PRIVACY}
        </li>
        <li>
          <strong>Checked</strong>
          The hand’s outline is drawn on the picture, and a hand that is cut off, rotated or missing is
          reported.
        </li>
        <li>
          <strong>Many at once</strong>
          All results stand in one table, which you can download for a spreadsheet.
        </li>
      </ul>
    </div>
  );
}
