import { carrierType } from '../plan/carrier-type.ts';
import type { NamedExpr } from '../plan/expr.ts';
import type { RelNode } from '../plan/relation.ts';
import { type DataType, type Schema, sameType } from '../plan/types.ts';

/** The relation with every column in the type under which it crosses between tasks; `schema` is the relation's own. */
export function toWire(rel: RelNode, schema: Schema): RelNode {
  return convert(rel, schema, (field) => carrierType(field));
}

/** The inverse of {@link toWire}: the relation's own types again, from columns that crossed. */
export function fromWire(rel: RelNode, schema: Schema): RelNode {
  return convert(rel, schema, (field) => field);
}

function convert(rel: RelNode, schema: Schema, to: (type: DataType) => DataType): RelNode {
  if (schema.every(({ type }) => sameType(carrierType(type), type))) return rel;
  const columns = schema.map(({ name, type }): NamedExpr => {
    const column = { kind: 'column', name } as const;
    return {
      name,
      expr: sameType(carrierType(type), type) ? column : { kind: 'cast', input: column, type: to(type), safe: false },
    };
  });
  return { kind: 'project', input: rel, columns };
}
