import { commentPool } from './comments.ts';
import type { TableSizes } from './scale.ts';

/**
 * Moves every random draw to another sequence. The value is one whose data at scale factor 0.01 answers all 22 queries
 * with rows, as real data would at a larger scale.
 */
const SEED = 1;

/**
 * Of this many orders one is a bulk order of seven large lines: query 18 looks for quantities above 300, which chance
 * alone gives 57 times in 1.5 million orders, that is, never at scale factor 0.01.
 */
const ORDERS_PER_BULK_ORDER = 25_000;

/** Of this many suppliers, one has had complaints and one is recommended. TPC-H's own ratio, 5 in 10,000. */
const SUPPLIERS_PER_REMARK = 2_000;

/**
 * Returns the SQL macros that the table definitions are written in: randomness, then the rules that tie columns
 * together.
 *
 * Randomness is a pure hash of a row's number and a salt, one salt per column. A value depends on nothing else, so
 * that it is the same whatever thread computes it, and `orders` can recompute what its line items hold without reading
 * them.
 */
export function macros(sizes: TableSizes): string[] {
  const { suppliers, orders } = sizes;
  const bulkPeriod = Math.min(ORDERS_PER_BULK_ORDER, Math.floor(orders / 3));
  const remarkPeriod = Math.min(SUPPLIERS_PER_REMARK, Math.floor(suppliers / 4));
  const pool = commentPool().join('\n').replaceAll("'", "''");
  return [
    `SET VARIABLE comment_pool = string_split('${pool}', chr(10))`,

    // Draws. The salt is mixed in before hashing: combining two hashes would leave their low bits correlated.
    `CREATE MACRO draw(key, salt) AS hash(((${SEED} * 10_000_000_000 + key) * 256 + salt)::BIGINT)`,
    'CREATE MACRO between_draw(key, salt, low, high) AS low + (draw(key, salt) % (high - low + 1)::UBIGINT)::BIGINT',
    'CREATE MACRO pick(key, salt, list) AS list[1 + (draw(key, salt) % len(list)::UBIGINT)::BIGINT]',
    `CREATE MACRO comment(key, salt, low, high) AS substr(
       getvariable('comment_pool')[between_draw(key, salt, 1, 4096)],
       between_draw(key, salt + 1, 1, 57),
       between_draw(key, salt + 2, low, high))`,
    `CREATE MACRO address(key, salt) AS
       left(to_base64(encode(md5(draw(key, salt)::VARCHAR))), between_draw(key, salt + 1, 10, 40))`,
    `CREATE MACRO phone(key, salt, nation) AS printf('%d-%d-%d-%d', nation + 10,
       between_draw(key, salt, 100, 999), between_draw(key, salt + 1, 100, 999), between_draw(key, salt + 2, 1000, 9999))`,
    'CREATE MACRO money(cents) AS (cents::DECIMAL(15, 0) * 0.01)::DECIMAL(15, 2)',

    // Parts and their suppliers (§4.2.3). The remainder keeps the four different where there are under 240 suppliers.
    'CREATE MACRO retail_cents(part) AS 90000 + (part // 10) % 20001 + 100 * (part % 1000)',
    `CREATE MACRO supplier_of(part, nth) AS
       (part + nth * (${suppliers} // 4 + ((part - 1) // ${suppliers}) % least(20, ${suppliers} // 12)))
       % ${suppliers} + 1`,
    `CREATE MACRO has_complaints(supplier) AS supplier % ${remarkPeriod} = ${Math.floor(remarkPeriod / 3)}`,
    `CREATE MACRO is_recommended(supplier) AS supplier % ${remarkPeriod} = ${Math.floor(remarkPeriod / 2)}`,

    // Orders: 8 of 32 keys are used, and customers whose key divides by three have none.
    'CREATE MACRO order_key(n) AS (n // 8) * 32 + n % 8',
    `CREATE MACRO order_customer(n) AS (SELECT draw // 2 * 3 + draw % 2 + 1
       FROM (SELECT between_draw(n, 60, 0, ${sizes.customers - Math.floor(sizes.customers / 3) - 1}) AS draw))`,
    "CREATE MACRO order_date(n) AS DATE '1992-01-01' + between_draw(n, 61, 0, 2405)::INTEGER",
    `CREATE MACRO is_bulk(n) AS n % ${bulkPeriod} = ${Math.floor(bulkPeriod / 2)}`,
    'CREATE MACRO line_count(n) AS CASE WHEN is_bulk(n) THEN 7 ELSE between_draw(n, 62, 1, 7) END',

    // Lines: `id` is unique to the line.
    'CREATE MACRO line_id(n, line) AS n * 8 + line',
    `CREATE MACRO line_part(id) AS between_draw(id, 70, 1, ${sizes.parts})`,
    `CREATE MACRO line_quantity(n, id) AS
       CASE WHEN is_bulk(n) THEN between_draw(id, 71, 44, 50) ELSE between_draw(id, 71, 1, 50) END`,
    'CREATE MACRO line_discount(id) AS between_draw(id, 72, 0, 10)',
    'CREATE MACRO line_tax(id) AS between_draw(id, 73, 0, 8)',
    'CREATE MACRO line_ship_date(n, id) AS order_date(n) + between_draw(id, 74, 1, 121)::INTEGER',
    'CREATE MACRO line_price_cents(n, id) AS line_quantity(n, id) * retail_cents(line_part(id))',
    // Cents are cut, not rounded, after the discount and after the tax.
    `CREATE MACRO line_charge_cents(n, id) AS
       line_price_cents(n, id) * (100 - line_discount(id)) // 100 * (100 + line_tax(id)) // 100`,
    "CREATE MACRO is_shipped(n, id) AS line_ship_date(n, id) <= DATE '1995-06-17'",
  ];
}
