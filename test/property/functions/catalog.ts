import { type Kind, kindOf } from '../kinds.ts';
import type { Catalog, FunctionSpec } from './function-spec.ts';
import { arithmetic, logicFunctions } from './logic.ts';
import { nestedFunctions } from './nested.ts';
import { numberFunctions } from './number.ts';
import { stringFunctions } from './string.ts';
import { timeFunctions } from './time.ts';

const typed: Catalog = { ...numberFunctions, ...stringFunctions, ...timeFunctions, ...nestedFunctions };
const all: Catalog = { ...typed, ...logicFunctions, ...arithmetic };

/** The function that a plan names. */
export function functionNamed(name: string): FunctionSpec {
  const spec = Object.hasOwn(all, name) ? all[name] : undefined;
  if (!spec) throw new TypeError(`Random plans know no function ${name}.`);
  return spec;
}

/** Names of functions that give values of a kind, whatever their operands are. */
export function functionsGiving(kind: Kind): readonly string[] {
  return byKind.get(kind) ?? [];
}

const byKind = new Map<Kind, string[]>();
for (const [name, spec] of Object.entries(typed)) {
  const kind = typeof spec.gives === 'function' ? (spec.takes[0] ?? '') : kindOf(spec.gives);
  byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
}
