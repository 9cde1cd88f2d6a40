import { type ColumnExpr, type Expr, type LambdaExpr, someExpr } from '../plan/expr.ts';

/** How many callbacks are being asked for their bodies: inner ones need other names than those around them. */
let depth = 0;

/**
 * The plan's form of `(item) => body`. `build` is called with the item's column; its parameter gets a name that the
 * body uses for nothing else.
 *
 * @param build gives the body; called again for each name that turns out to be taken
 */
export function lambdaExpr(build: (item: ColumnExpr) => Expr): LambdaExpr {
  depth++;
  try {
    for (let name = depth === 1 ? 'item' : `item${depth}`; ; name += '_') {
      const item: ColumnExpr = { kind: 'column', name };
      const body = build(item);
      if (!uses(body, item)) return { kind: 'lambda', parameter: name, body };
    }
  } finally {
    depth--;
  }
}

/** Whether `body` names a column of the row as it names the item. Of SQL it is assumed where the letters occur. */
function uses(body: Expr, item: ColumnExpr): boolean {
  return someExpr(body, (part) => {
    if (part.kind === 'sql') return part.text.toLowerCase().includes(item.name);
    return part.kind === 'column' && part.name === item.name && part !== item;
  });
}
