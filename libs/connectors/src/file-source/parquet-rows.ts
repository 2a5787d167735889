import { errors } from "../errors.ts";
import { PARQUET_ROWS_AT_ONCE } from "../limits.ts";

/** Rows of a Parquet file as objects, some at a time. 64-bit integers are bigints, timestamps dates. */
export async function* parquetRows(path: string): AsyncGenerator<readonly unknown[]> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet"); // By jobs that read such files only.
  const { compressors } = await import("hyparquet-compressors");
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const rowCount = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < rowCount; rowStart += PARQUET_ROWS_AT_ONCE) {
      const rowEnd = Math.min(rowCount, rowStart + PARQUET_ROWS_AT_ONCE);
      yield await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
    }
  } catch (cause) {
    throw errors.badFile(path, "it cannot be read as Parquet", cause);
  }
}
