import { jobError } from "./errors.ts";
import { type ReadOptions, receivedIn, type Source } from "./kafka.ts";
import { WEBHOOK_BODY_BYTES_DEFAULT, WEBHOOK_BODY_BYTES_MAX } from "./limits.ts";
import type { Serde } from "./serde.ts";

export interface WebhookOptions<V> extends Pick<ReadOptions, "onBadRecord"> {
  /** Each worker of the job listens on it; those of one machine share it. It must be this source's alone. */
  readonly port: number;
  /** Default: all addresses of the machine. */
  readonly host?: string;
  /** Default: "/". */
  readonly path?: string;
  /** Where bodies are stored before they are acknowledged, and from where the job reads them. It must exist. */
  readonly topic: string;
  /** What a body is. One that cannot be decoded is answered with 400 and not stored. */
  readonly value: Serde<V>;
  /** Longest body. Default: 1,000,000, which fits into a record of a topic with default settings. */
  readonly bodyBytesMax?: number;
  /** Asked of senders as `authorization: Bearer …`; `env:NAME` is the executor's environment variable of that name. Default: anyone may send. */
  readonly token?: string;
}

/**
 * HTTP in: the body of each POST is a record. It is answered with 200 when it is stored in the topic, durably as that topic says, and from then on it is read exactly once; with 429 when too
 * much is on its way, with 503 when it cannot be stored now. A sender who gets no 200 (also none at all: the job was starting again) sends again, and may then have sent twice.
 */
export function webhook<V>(options: WebhookOptions<V>): Source<V> {
  const { port, host = "0.0.0.0", path = "/", topic, value, bodyBytesMax = WEBHOOK_BODY_BYTES_DEFAULT, token, onBadRecord } = options;
  const wrong = (name: string, is: string): Error =>
    jobError("invalid-operator-setting", `${name} of a webhook source must be ${is}`, { operator: "webhook", topic });
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535) throw wrong("port", "a whole number from 1 to 65535");
  if (!/^\/[^?#\s]*$/.test(path)) throw wrong("path", "a path that begins with /, without a query");
  if (!Number.isSafeInteger(bodyBytesMax) || bodyBytesMax < 1 || bodyBytesMax > WEBHOOK_BODY_BYTES_MAX)
    throw wrong("bodyBytesMax", `a whole number from 1 to ${WEBHOOK_BODY_BYTES_MAX}`);
  const secret = token === undefined ? {} : { token };
  const receiver = { connector: "webhook", options: { host, port, path, bodyBytesMax, ...secret } };
  return receivedIn(topic, { value, receiver, onBadRecord });
}
