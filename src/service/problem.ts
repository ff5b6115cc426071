/** Any error as the one answer that stands for an error: a status, a code, a message, what to do. */
import { z } from "zod";
import { DeeplasiaError, type ErrorCode, toDeeplasiaError } from "../errors.js";
import { Refusal } from "./refusal.js";

export const errorAnswer = z.object({
  error: z.object({
    code: z.string().meta({ description: "stable, for programs" }),
    message: z.string().meta({ description: "what happened" }),
    remedy: z.string().optional().meta({ description: "what to do" }),
    requestId: z.string().meta({ description: "as in the header x-request-id and in the log" }),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;

export interface Problem {
  status: number;
  code: string;
  message: string;
  remedy: string | undefined;
  retryAfter: number | undefined;
}

/** Statuses of errors about what a client sent; all others are the service's own, and are not explained to clients. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  ERR_DEEPLASIA_OPTION: 400,
  ERR_DEEPLASIA_SEX: 400,
  ERR_DEEPLASIA_IMAGE_UNREADABLE: 400,
  ERR_DEEPLASIA_IMAGE_TOO_LARGE: 413,
  ERR_DEEPLASIA_IMAGE_BLANK: 422,
  ERR_DEEPLASIA_MASK_EMPTY: 422,
  ERR_DEEPLASIA_MASK_SIZE: 422,
  ERR_DEEPLASIA_NO_HAND: 422,
  ERR_DEEPLASIA_QUALITY: 422,
  ERR_DEEPLASIA_NOT_FINITE: 422,
  ERR_DEEPLASIA_MODEL_FORWARD: 422,
  ERR_DEEPLASIA_OUT_OF_MEMORY: 503,
  ERR_DEEPLASIA_DISPOSED: 503,
};

/** Remedies that name fields of a form instead of options of the library. */
const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_DEEPLASIA_SEX:
    "Send the field sex, F or M. A service that was started with the option `predictSex` predicts it where it is missing.",
  ERR_DEEPLASIA_NO_HAND: "Look at the picture. With use_mask=false it is predicted without a mask.",
};

export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Refusal) {
    const { status, code, message, remedy, retryAfter } = thrown;
    return { status, code, message, remedy, retryAfter };
  }
  const framework = refusalOfFramework(thrown);
  if (framework !== null) return framework;
  const error = toDeeplasiaError(thrown);
  const status = STATUS[error.code] ?? 500;
  if (status >= 500) return internal(error, status);
  const { code, message } = error;
  return { status, code, message, remedy: REMEDIES[code] ?? error.remedy, retryAfter: undefined };
}

/** Its message may name files of this machine: the log has it. */
function internal({ code }: DeeplasiaError, status: number): Problem {
  const message =
    status === 503 ? "the service cannot predict just now" : "something went wrong in the service";
  const remedy =
    status === 503 ? "Ask again later." : "Its operator finds the reason in the log, by the requestId.";
  return { status, code, message, remedy, retryAfter: status === 503 ? 5 : undefined };
}

/** Errors of fastify and its plugins about a request have a status below 500. Their messages quote nothing of a patient. */
function refusalOfFramework(thrown: unknown): Problem | null {
  if (thrown instanceof DeeplasiaError || !(thrown instanceof Error)) return null;
  const { statusCode, code } = thrown as Error & { statusCode?: number; code?: string };
  if (typeof statusCode !== "number" || statusCode < 400 || statusCode >= 500) return null;
  const status = statusCode === 406 ? 415 : statusCode;
  return {
    status,
    code: status === 413 ? "TOO_LARGE" : status === 404 ? "NOT_FOUND" : "BAD_REQUEST",
    message: code === "FST_ERR_CTP_INVALID_MEDIA_TYPE" ? "the content type is not supported" : thrown.message,
    remedy: "/openapi.json describes the requests.",
    retryAfter: undefined,
  };
}
