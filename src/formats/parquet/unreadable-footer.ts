import { ShoalError, SourceError } from '../../errors.ts';

/**
 * Lets the engine look at a file's footer; what it says of one that it cannot read becomes an error that names the file.
 *
 * @throws {SourceError} BAD_FORMAT
 */
export async function asSourceError<T>(file: { readonly uri: string }, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ShoalError) throw error;
    const told = error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/[^!-~]+$/, '') : String(error);
    throw new SourceError(
      'BAD_FORMAT',
      `${file.uri} cannot be read as Parquet; its footer is damaged or of a kind that the engine does not know: ${told}`,
      { cause: error, details: { uri: file.uri } },
    );
  }
}
