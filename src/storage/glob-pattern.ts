import picomatch from 'picomatch';

/** A pattern cut into the folders that stand fixed in it and what is to be matched below them. */
export interface GlobPattern {
  /** Fixed folders, with nothing escaped; ends in `/`. */
  readonly folder: string;
  /** Whether a path below `folder` (of a file) matches. */
  readonly matches: (relativePath: string) => boolean;
  /** Whether something below a folder (relative, without its last slash) can match. */
  readonly enters: (relativeFolder: string) => boolean;
}

/**
 * `*` and `?` stay within a name, `**` spans folders, `[ab]` and `{a,b}` as in a shell; a backslash takes a character for
 * itself. Extended globs (`!(…)`) are off: such characters are common in names.
 */
const options = { dot: true, noextglob: true, nonegate: true } as const;

/** Whether a path holds characters that make it a pattern. */
export function isGlob(path: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*,[^}]*\}/.test(path.replaceAll(/\\./g, ''));
}

/**
 * Reads an absolute path (or S3 key) as a pattern. Names that begin with `_` or `.` below the first wildcard are not matched,
 * as in Hive and Spark (`_SUCCESS`, `_delta_log`, unfinished files), unless they are `name=value` folders or some part of the
 * pattern begins with that very character.
 */
export function parseGlob(pattern: string): GlobPattern {
  const parts = splitPattern(pattern);
  const firstWild = parts.findIndex((part) => isGlob(part));
  const fixed = parts.slice(0, firstWild).map(unescapePart);
  const wild = parts.slice(firstWild);
  const whole = picomatch(wild.join('/'), options);
  const visible = (name: string) =>
    !/^[._]/.test(name) ||
    /^_[^=]*=/.test(name) ||
    wild.some((part) => part[0] === name[0] || part.startsWith(`\\${name[0]}`));
  const allVisible = (path: string) => path.split('/').every(visible);
  return {
    folder: fixed.length === 0 ? '' : `${fixed.join('/')}/`,
    matches: (path) => whole(path) && allVisible(path),
    enters: (path) => allVisible(path) && couldLead(wild, path.split('/')),
  };
}

/** Whether a folder matches the pattern's first parts; `**` may stand for any number of folders. */
function couldLead(wild: readonly string[], folders: readonly string[]): boolean {
  for (const [depth, name] of folders.entries()) {
    const part = wild[depth];
    if (part === undefined) return false;
    // Braces that hold a slash stand for a number of folders that is not known here.
    if (part.includes('**') || part.includes('/')) return true;
    if (depth === wild.length - 1 || !picomatch.isMatch(name, part, options)) return false;
  }
  return true;
}

/** Splits at `/`, but not within braces: `{a/b,c}/*.csv` has two parts. */
function splitPattern(pattern: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [character] of pattern.matchAll(/\\.|./gsu)) {
    if (character === '{') depth++;
    if (character === '}' && depth > 0) depth--;
    if (character === '/' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function unescapePart(part: string): string {
  return part.replaceAll(/\\(.)/gs, '$1');
}
