import { AppError } from "@millrace/model";

/** The world may put this right (a bucket that is made, a right that is given), so a job tries again. */
export function checkpointPathUnusable(path: string, reason: string, cause?: unknown): AppError {
  const message = `the checkpoint path cannot be used: ${reason}`;
  return new AppError({ kind: "unavailable", code: "checkpoint-path-unusable", message, context: { path }, cause });
}

export function checkpointFileMissing(path: string, file: string, cause?: unknown): AppError {
  const message =
    "a file of the checkpoint is not in the bucket: bring it back from an older version of it, or start from another savepoint";
  return new AppError({ kind: "unavailable", code: "checkpoint-file-missing", message, context: { path, file }, cause });
}

/** Any other error of a request, by what has to be done about it. Not by instanceof: in a test's realm errors of packages are of another Error. */
export function translate(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const { name, status } = kindOf(error);
  if (name === "NoSuchBucket") return checkpointPathUnusable(path, "there is no such bucket; create it, or correct checkpointPath", error);
  if (status === 401 || status === 403 || name === "CredentialsProviderError") {
    const reason = `the executor may not use the bucket (${name}); give it credentials with ListBucket, GetObject, PutObject, DeleteObject and AbortMultipartUpload`;
    return checkpointPathUnusable(path, reason, error);
  }
  if (name.startsWith("Region is missing") || /region is missing/i.test(messageOf(error)))
    return checkpointPathUnusable(
      path,
      "no region is set; set AWS_REGION on every executor (any word, for a server that is not Amazon's)",
      error,
    );
  const message = `the bucket did not do what was asked (${name}): ${messageOf(error)}; check the server, AWS_ENDPOINT_URL_S3 and AWS_REGION`;
  return new AppError({ kind: "unavailable", code: "checkpoint-bucket-failed", message, context: { path, status }, cause: error });
}

/** Name of the error in S3's words, and the status of the answer, if there was one. */
export function kindOf(error: unknown): { readonly name: string; readonly status: number | undefined } {
  if (typeof error !== "object" || error === null) return { name: "unknown", status: undefined };
  const name = "name" in error && typeof error.name === "string" ? error.name : "unknown";
  const metadata = "$metadata" in error && typeof error.$metadata === "object" && error.$metadata !== null ? error.$metadata : {};
  const status = "httpStatusCode" in metadata && typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
  return { name, status };
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string" ? error.message : "";
}
