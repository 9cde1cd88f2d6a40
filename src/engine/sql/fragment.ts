import type { DuckDBConnection } from '@duckdb/node-api';
import { InternalError, nearestName, PlanError } from '../../errors.ts';
import { type FunctionKind, loadFunctions } from './fragment-functions.ts';

/** What a fragment needs of its input. */
export interface Fragment {
  /** Names of the columns that it reads, in order of appearance; of `s.field` it is `s`. */
  readonly columns: readonly string[];
}

/** Kinds of expressions that compute a value from one row. */
const allowedClasses: ReadonlySet<string> = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COLLATE',
  'COLUMN_REF',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'FUNCTION',
  'LAMBDA',
  'OPERATOR',
]);

const refusals: Readonly<Record<string, string>> = {
  SUBQUERY: 'it has a subquery; use join() instead',
  WINDOW: 'it has a window function; use .over({ … }) instead',
  STAR: 'it has a star; name the columns',
  PARAMETER: 'it has a parameter; put the value in with lit(…)',
  POSITIONAL_REFERENCE: 'it refers to a column by position; name the column',
  DEFAULT: 'it has DEFAULT, which means nothing here',
};

/** Functions of lists whose arguments may be lambdas. */
const takesLambda = /^((list|array)_)?(transform|apply|filter|reduce)$/i;

/** A part of the engine's syntax tree, as `json_serialize_sql` gives it. */
interface SyntaxNode {
  readonly class?: string;
  readonly [key: string]: unknown;
}

/**
 * Judges the text of a `sql('…')`: the engine parses it, and it must be one expression over columns of a row, with functions
 * that depend on nothing but their arguments. Nothing is run.
 *
 * @throws {PlanError} INVALID_EXPRESSION with the reason; UNKNOWN_FUNCTION with the nearest name
 */
export async function checkFragment(connection: DuckDBConnection, text: string): Promise<Fragment> {
  const root = singleExpression(text, await parse(connection, text));
  const functions = await loadFunctions(connection);
  const columns = new Set<string>();
  inspect(root, { text, functions, columns, parameters: new Set() });
  return { columns: [...columns] };
}

async function parse(connection: DuckDBConnection, text: string): Promise<SyntaxNode> {
  if (text.includes('\0')) throw refused(text, 'it holds the NUL character');
  // The newline ends a comment that the fragment may end with; the same frame is around it in the query.
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [`SELECT (${text}\n)`]);
  const [row = []] = reader.getRows();
  const [json] = row;
  if (typeof json !== 'string') throw new InternalError('The engine gave no syntax tree for a fragment.');
  return JSON.parse(json) as SyntaxNode;
}

function singleExpression(text: string, tree: SyntaxNode): SyntaxNode {
  if (tree.error === true) throw refused(text, `it does not parse: ${String(tree.error_message)}`);
  const statements = children(tree.statements);
  const node = children([statements[0]?.node])[0];
  const items = children(node?.select_list);
  const plain =
    statements.length === 1 &&
    node?.type === 'SELECT_NODE' &&
    items.length === 1 &&
    children([node.from_table])[0]?.type === 'EMPTY' &&
    node.where_clause === null &&
    node.having === null &&
    node.qualify === null &&
    node.sample === null &&
    children(node.modifiers).length === 0 &&
    children(node.group_expressions).length === 0 &&
    children(children([node.cte_map])[0]?.map).length === 0;
  const [item] = items;
  if (!plain || !item) throw refused(text, 'it is not one single expression');
  return item;
}

interface Inspection {
  readonly text: string;
  readonly functions: ReadonlyMap<string, FunctionKind>;
  /** Filled with what is found. */
  readonly columns: Set<string>;
  /** Names of lambda parameters around. */
  readonly parameters: ReadonlySet<string>;
}

function inspect(node: SyntaxNode, inspection: Inspection): void {
  const { text } = inspection;
  const kind = node.class;
  if (kind !== undefined && !allowedClasses.has(kind))
    throw refused(text, refusals[kind] ?? `it has a part of kind ${kind}`);
  switch (kind) {
    case 'COLUMN_REF':
      inspectColumn(node, inspection);
      return;
    case 'FUNCTION':
      checkFunction(node, inspection);
      inspectParts(node, inspection, takesLambda.test(String(node.function_name)));
      return;
    default:
      // Tables and SELECTs have no class of expression; they must not hide in a part that has.
      if (node.type === 'GROUPING_FUNCTION') throw refused(text, 'it has GROUPING(), which means nothing here');
      if (node.type === 'SELECT_NODE' || node.from_table !== undefined)
        throw refused(text, 'it has a subquery; use join() instead');
  }
  inspectParts(node, inspection, false);
}

/** `json -> path` is a lambda to the parser too; real ones stand in functions that take them. */
function inspectParts(node: SyntaxNode, inspection: Inspection, lambdas: boolean): void {
  for (const child of children(Object.values(node).flat())) {
    if (lambdas && child.class === 'LAMBDA') inspectLambda(child, inspection);
    else inspect(child, inspection);
  }
}

function inspectColumn(node: SyntaxNode, { columns, parameters }: Inspection): void {
  const [name] = node.column_names as string[];
  if (name !== undefined && !parameters.has(name)) columns.add(name);
}

function checkFunction(node: SyntaxNode, { text, functions }: Inspection): void {
  const name = String(node.function_name);
  switch (functions.get(name.toLowerCase())) {
    case 'scalar':
      // The parser itself puts `main` before functions that it makes of syntax, such as [a, b].
      if (node.catalog || (node.schema && node.schema !== 'main'))
        throw refused(text, `it names a schema before ${name}(); leave the schema out`);
      return;
    case 'aggregate':
      throw refused(text, `${name}() is an aggregate; use agg() or .over({ … }) instead`);
    case 'forbidden':
      throw refused(
        text,
        `${name}() depends on more than its arguments (time, chance, settings, files); compute the value before and put it in with lit(…)`,
      );
    case undefined:
      throw unknownFunction(text, name, functions);
  }
}

function inspectLambda(node: SyntaxNode, inspection: Inspection): void {
  const [left, body] = children([node.lhs, node.expr]);
  if (!left || !body) throw refused(inspection.text, 'it has a lambda without a body');
  const parameters = new Set([...inspection.parameters, ...parameterNames(left)]);
  inspect(body, { ...inspection, parameters });
}

function parameterNames(node: SyntaxNode): string[] {
  const parts = node.class === 'FUNCTION' && node.function_name === 'row' ? children(node.children) : [node];
  return parts.flatMap((part) => (part.class === 'COLUMN_REF' ? (part.column_names as string[]) : []));
}

function children(value: unknown): SyntaxNode[] {
  return Array.isArray(value)
    ? value.filter((part): part is SyntaxNode => typeof part === 'object' && part !== null && !Array.isArray(part))
    : [];
}

function refused(text: string, reason: string): PlanError {
  return new PlanError('INVALID_EXPRESSION', `sql(${JSON.stringify(text)}) is refused: ${reason}.`, {
    details: { fragment: text },
  });
}

function unknownFunction(text: string, name: string, functions: ReadonlyMap<string, FunctionKind>): PlanError {
  const usable = [...functions].filter(([, kind]) => kind === 'scalar').map(([candidate]) => candidate);
  const proposal = nearestName(name, usable);
  return new PlanError(
    'UNKNOWN_FUNCTION',
    `Unknown function ${name}() in sql(${JSON.stringify(text)}).${proposal ? ` Did you mean ${proposal}()?` : ''} Scalar functions of DuckDB may be used.`,
    { details: { function: name, fragment: text, ...(proposal ? { proposal } : {}) } },
  );
}
