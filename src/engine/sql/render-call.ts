/** SQL of a call from the SQL of its arguments. */
export type RenderCall = (...args: string[]) => string;

/** A function of the engine under its own name. */
export function named(name: string): RenderCall {
  return (...args) => `${name}(${args.join(', ')})`;
}
