/** The page's requests to the service that it came from. */
import type { Answer, Fault, Sex } from "./answer.js";
import type { Rotation } from "./picture.js";

/** One model of the service. */
export interface ServedModel {
  name: string;
  /** What people must know who choose it. */
  note: string | null;
  /** Whether it has no result without the sex of the child. */
  needsSex: boolean;
}

/** What the service offers: the first model is the default. */
export interface About {
  models: readonly ServedModel[];
  predictsSex: boolean;
}

export interface Question {
  file: Blob;
  sex: Sex | null;
  rotation: Rotation;
  /** Null: the service's first. */
  model: string | null;
  /** Whether the browser cannot show the file itself. */
  wantsPreview: boolean;
}

/** The service refused a request, or could not be reached. */
export class ServiceError extends Error {
  constructor(
    readonly fault: Fault,
    /** Seconds after which it may be asked again; null where that would not help. */
    readonly retryAfter: number | null = null,
    /** Whether it is only full. */
    readonly isFull = false,
  ) {
    super(fault.message);
  }
}

export async function askAbout(): Promise<About> {
  return (await ask("models", {})) as About;
}

/** Of a service that cannot predict just now, which may be for good. One that is merely full is asked for as long as it is. */
const MOST_TRIES = 3;

/** Predicts a picture. A service that is busy is asked again when it wants to be. */
export async function predict(question: Question, signal: AbortSignal): Promise<Answer> {
  for (let failures = 0; ; ) {
    try {
      return (await ask("predict", { method: "POST", body: formOf(question), signal })) as Answer;
    } catch (error) {
      if (!(error instanceof ServiceError) || error.retryAfter === null) throw error;
      if (!error.isFull) failures++;
      if (failures === MOST_TRIES) throw error;
      await pause(error.retryAfter, signal);
    }
  }
}

function formOf({ file, sex, rotation, model, wantsPreview }: Question): FormData {
  const form = new FormData();
  if (sex !== null) form.set("sex", sex);
  if (model !== null) form.set("model", model);
  if (rotation !== 0) form.set("rotate", String(rotation));
  form.set("outline", "1");
  if (wantsPreview) form.set("preview", "1");
  // Fields that come after the file would have to wait for it. The file's name stays here: nobody needs it.
  form.set("file", file, "picture");
  return form;
}

/** Returns the JSON of an answer. The address is relative: the service may lie below a path of a proxy. */
async function ask(path: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(path, init).catch((error) => {
    if (init.signal?.aborted) throw error;
    throw new ServiceError(UNREACHABLE);
  });
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  if (response.status === 401) throw new ServiceError(LOCKED);
  const fault: Fault = body?.error ?? {
    code: `HTTP_${response.status}`,
    message: `The service answered with status ${response.status}.`,
  };
  const retryAfter = response.headers.get("retry-after");
  const isFull = response.status === 429;
  throw new ServiceError(fault, retryAfter === null ? null : Number(retryAfter), isFull);
}

const UNREACHABLE: Fault = {
  code: "UNREACHABLE",
  message: "The service does not answer.",
  remedy: "Start it again in the terminal and open the address that it prints.",
};

const LOCKED: Fault = {
  code: "LOCKED",
  message: "The service does not know this page.",
  remedy: "Open the whole address that the terminal prints, with its token.",
};

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.max(0.2, seconds) * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
