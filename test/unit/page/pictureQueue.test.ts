import { beforeEach, expect, test } from "vitest";
import { announcements } from "../../../src/page/announcements.js";
import type { Answer } from "../../../src/page/answer.js";
import type { Picture, PictureFile } from "../../../src/page/picture.js";
import { PictureQueue } from "../../../src/page/pictureQueue.js";
import { answerWith } from "../../helpers/pagePictures.js";

interface Request {
  picture: Picture;
  signal: AbortSignal;
  answer(answer?: Answer): Promise<void>;
  fail(code: string): Promise<void>;
}

let requests: Request[];
let hidden: string[];
let queue: PictureQueue;
let wantsSex: boolean;

const file = (name: string): PictureFile => ({ name, size: 1, type: "image/png" });
const states = () => queue.pictures.map(({ state }) => state.is);
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  requests = [];
  hidden = [];
  wantsSex = false;
  queue = new PictureQueue({
    predict: (picture, signal) =>
      new Promise((resolve, reject) => {
        const answer = (value = answerWith()) => {
          resolve(value);
          return settled();
        };
        const fail = (code: string) => {
          reject(Object.assign(new Error(code), { fault: { code, message: code } }));
          return settled();
        };
        requests.push({ picture, signal, answer, fail });
      }),
    show: (what) => ("name" in what ? `file:${what.name}` : (what.preview ?? null)),
    hide: (address) => hidden.push(address),
    wantsSex: ({ sex }) => wantsSex && sex === null,
  });
});

test("two pictures are asked for at once, the others in their order as soon as one is answered", async () => {
  expect(queue.add([file("a"), file("b"), file("c")])).toBe(1);
  expect(states()).toEqual(["running", "running", "waiting"]);
  await requests[1]?.answer();
  expect(states()).toEqual(["running", "done", "running"]);
  await requests[0]?.fail("ERR_DEEPLASIA_IMAGE_UNREADABLE");
  expect(states()).toEqual(["failed", "done", "running"]);
  expect(requests.map(({ picture }) => picture.file.name)).toEqual(["a", "b", "c"]);
});

test("another sex or rotation ends the request and makes a new one; an age makes none", async () => {
  queue.add([file("a")]);
  queue.rotate(1, 90);
  expect(requests[0]?.signal.aborted).toBe(true);
  await requests[0]?.answer(answerWith({ bone_age: 1 }));
  expect(states()).toEqual(["running"]);
  queue.setAge(1, { by: "age", birth: "", study: "", years: "9", months: "" });
  await requests[1]?.answer(answerWith({ bone_age: 2 }));
  queue.setSex(1, "M");
  expect(requests.map(({ picture }) => [picture.rotation, picture.sex])).toEqual([
    [0, null],
    [90, null],
    [90, "M"],
  ]);
  expect(queue.pictures[0]?.age.years).toBe("9");
});

test("a picture without the sex that the model needs waits for it", async () => {
  wantsSex = true;
  queue.add([file("a"), file("b")]);
  expect(states()).toEqual(["needs-sex", "needs-sex"]);
  expect(requests).toEqual([]);
  queue.setSexWhereNeeded("F");
  expect(states()).toEqual(["running", "running"]);
  await requests[0]?.fail("ERR_DEEPLASIA_SEX");
  expect(states()).toEqual(["needs-sex", "running"]);
});

test("cancelling ends what runs and waits, keeps results, and each can be read again", async () => {
  queue.add([file("a"), file("b"), file("c"), file("d")]);
  await requests[0]?.answer();
  queue.cancel();
  expect(states()).toEqual(["done", "cancelled", "cancelled", "cancelled"]);
  expect(requests.slice(1).map(({ signal }) => signal.aborted)).toEqual([true, true]);
  await requests[1]?.fail("aborted");
  expect(states()[1]).toBe("cancelled");
  queue.retry(3);
  expect(states()[2]).toBe("running");
});

test("removing a picture ends its request, frees its address and lets the next one start", async () => {
  queue.add([file("a"), file("b"), file("c")]);
  queue.remove([1]);
  expect(requests[0]?.signal.aborted).toBe(true);
  expect(hidden).toEqual(["file:a"]);
  expect(queue.pictures.map(({ file: { name }, state }) => [name, state.is])).toEqual([
    ["b", "running"],
    ["c", "running"],
  ]);
});

test("a preview takes the place of the file, and its rotation is known", async () => {
  queue.add([file("a")]);
  queue.rotate(1, 270);
  await requests[1]?.answer(answerWith({ preview: "preview" }));
  expect(queue.pictures[0]).toMatchObject({ address: "preview", addressRotation: 270, rotation: 270 });
  expect(hidden).toEqual(["file:a"]);
});

test("listeners get an array of its own after every change, and news in words", async () => {
  const seen: (readonly Picture[])[] = [];
  const stop = queue.subscribe(() => seen.push(queue.pictures));
  queue.add([file("a"), file("b")]);
  await requests[0]?.answer(answerWith({ quality: [{ flag: "rotated", text: "" }] }));
  await requests[1]?.fail("it is blank");
  stop();
  queue.remove([1]);
  expect(new Set(seen).size).toBe(3);
  const texts = seen.map((pictures, i) => announcements(seen[i - 1] ?? [], pictures));
  expect(texts).toEqual([
    "",
    "a: bone age 8 years 7 months, 1 doubt about the picture.",
    "b: no result. it is blank.",
  ]);
});
