/** Rows of the eight tables: decimals and integers are numbers, dates are `Date`s at midnight UTC. */
export interface Rows {
  region: { r_regionkey: number; r_name: string; r_comment: string };

  nation: { n_nationkey: number; n_name: string; n_regionkey: number; n_comment: string };

  supplier: {
    s_suppkey: number;
    s_name: string;
    s_address: string;
    s_nationkey: number;
    s_phone: string;
    s_acctbal: number;
    s_comment: string;
  };

  part: {
    p_partkey: number;
    p_name: string;
    p_mfgr: string;
    p_brand: string;
    p_type: string;
    p_size: number;
    p_container: string;
    p_retailprice: number;
    p_comment: string;
  };

  partsupp: {
    ps_partkey: number;
    ps_suppkey: number;
    ps_availqty: number;
    ps_supplycost: number;
    ps_comment: string;
  };

  customer: {
    c_custkey: number;
    c_name: string;
    c_address: string;
    c_nationkey: number;
    c_phone: string;
    c_acctbal: number;
    c_mktsegment: string;
    c_comment: string;
  };

  orders: {
    o_orderkey: number;
    o_custkey: number;
    o_orderstatus: string;
    o_totalprice: number;
    o_orderdate: Date;
    o_orderpriority: string;
    o_clerk: string;
    o_shippriority: number;
    o_comment: string;
  };

  lineitem: {
    l_orderkey: number;
    l_partkey: number;
    l_suppkey: number;
    l_linenumber: number;
    l_quantity: number;
    l_extendedprice: number;
    l_discount: number;
    l_tax: number;
    l_returnflag: string;
    l_linestatus: string;
    l_shipdate: Date;
    l_commitdate: Date;
    l_receiptdate: Date;
    l_shipinstruct: string;
    l_shipmode: string;
    l_comment: string;
  };
}
