import { type LeafType, leafType } from './column-type.ts';
import { schemaElement } from './footer-fields.ts';
import { intField, type ThriftStruct, textField } from './thrift.ts';

/** A top-level column of a file: its part of the flat schema, and its part of the list of leaves. */
export interface SchemaColumn {
  /** The name under which the engine shows it. */
  readonly name: string;
  /** The name in the file. */
  readonly storedName: string;
  readonly startElement: number;
  /** Exclusive. */
  readonly endElement: number;
  readonly startLeaf: number;
  /** Exclusive. */
  readonly endLeaf: number;
  /** Types of the values; null for columns of several values a row or of fields. */
  readonly leaf: LeafType | null;
}

/** Repetition of a column that holds a list without saying so. */
const repeated = 2;

/**
 * The top-level columns of a schema.
 *
 * @param elements the flat schema, depth first, the root first
 * @throws {Error} when the elements are no tree
 */
export function schemaColumns(elements: readonly ThriftStruct[]): readonly SchemaColumn[] {
  const root = elements[0];
  if (!root) throw new Error('the schema is empty');
  const columns: Omit<SchemaColumn, 'name'>[] = [];
  let startElement = 1;
  let startLeaf = 0;
  for (let index = 0; index < childrenOf(root); index++) {
    const first = elements[startElement];
    const { endElement, leaves } = subtree(elements, startElement);
    const plain =
      first &&
      endElement === startElement + 1 &&
      intField(first, schemaElement.repetitionType) !== repeated &&
      !isGroup(first);
    const storedName = (first && textField(first, schemaElement.name)) ?? '';
    columns.push({
      storedName,
      startElement,
      endElement,
      startLeaf,
      endLeaf: startLeaf + leaves,
      leaf: plain ? leafType(first) : null,
    });
    startElement = endElement;
    startLeaf += leaves;
  }
  if (startElement !== elements.length)
    throw new Error(`the schema has ${elements.length} elements, of which ${startElement} are within its root`);
  const names = engineNames(columns.map((column) => column.storedName));
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.storedName }));
}

/** The end of the element's part of the flat schema, and the leaves in it. Iterative: a damaged tree may be deep. */
function subtree(
  elements: readonly ThriftStruct[],
  start: number,
): { readonly endElement: number; readonly leaves: number } {
  let leaves = 0;
  let open = 1;
  let index = start;
  for (; open > 0; index++) {
    const element = elements[index];
    if (!element) throw new Error(`the schema ends within column ${start}`);
    if (!isGroup(element)) leaves++;
    open += childrenOf(element) - 1;
  }
  return { endElement: index, leaves };
}

/** A group has no physical type; one without children is no leaf either. */
function isGroup(element: ThriftStruct): boolean {
  return intField(element, schemaElement.type) === undefined;
}

function childrenOf(element: ThriftStruct): number {
  const children = intField(element, schemaElement.numChildren) ?? 0;
  if (children < 0) throw new Error(`a schema element has ${children} children`);
  return children;
}

/** A name as the engine compares it: only ASCII letters lose their case. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Names as the engine tells columns apart: those that are equal but for their case get `_1`, `_2` … from the second on.
 * Checked against DuckDB 1.5.6.
 */
export function engineNames(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = seen.get(foldName(name));
    if (count === undefined) {
      seen.set(foldName(name), 1);
      return name;
    }
    let suffix = count;
    while (seen.has(foldName(`${name}_${suffix}`))) suffix++;
    seen.set(foldName(name), suffix);
    seen.set(foldName(`${name}_${suffix}`), 1);
    return `${name}_${suffix}`;
  });
}
