/**
 * The words of TPC-H: the closed value domains of its columns.
 *
 * @see TPC-H specification 3.0.1, §4.2.2.13 (domains) and §4.2.2.14 (grammar of the comments)
 */

/** Region names; the position is the key. */
export const regions = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'] as const;

/** Nation names with the key of their region; the position is the nation's key. */
export const nations: readonly (readonly [name: string, regionKey: number])[] = [
  ['ALGERIA', 0],
  ['ARGENTINA', 1],
  ['BRAZIL', 1],
  ['CANADA', 1],
  ['EGYPT', 4],
  ['ETHIOPIA', 0],
  ['FRANCE', 3],
  ['GERMANY', 3],
  ['INDIA', 2],
  ['INDONESIA', 2],
  ['IRAN', 4],
  ['IRAQ', 4],
  ['JAPAN', 2],
  ['JORDAN', 4],
  ['KENYA', 0],
  ['MOROCCO', 0],
  ['MOZAMBIQUE', 0],
  ['PERU', 1],
  ['CHINA', 2],
  ['ROMANIA', 3],
  ['SAUDI ARABIA', 4],
  ['VIETNAM', 2],
  ['RUSSIA', 3],
  ['UNITED KINGDOM', 3],
  ['UNITED STATES', 1],
];

/** Market segments of customers. */
export const segments = ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'] as const;

/** Order priorities. */
export const priorities = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'] as const;

/** Shipping instructions of line items. */
export const instructions = ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'] as const;

/** Shipping modes of line items. */
export const modes = ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'] as const;

/** The three syllables of a part's type, `STANDARD ANODIZED TIN`. */
export const types = [
  ['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'],
  ['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'],
  ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'],
] as const;

/** The two syllables of a part's container, `SM CASE`. */
export const containers = [
  ['SM', 'LG', 'MED', 'JUMBO', 'WRAP'],
  ['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM'],
] as const;

/** The 92 words of part names, five of which make a name. */
export const colours = words(`
  almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished chartreuse chiffon
  chocolate coral cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted gainsboro
  ghost goldenrod green grey honeydew hot indian ivory khaki lace lavender lawn lemon light lime linen magenta maroon
  medium metallic midnight mint misty moccasin navajo navy olive orange orchid pale papaya peach peru pink plum powder
  puff purple red rose rosy royal saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan thistle
  tomato turquoise violet wheat white yellow`);

/** Words of the comments, by part of speech. The commonest are repeated, which is how the grammar weighs them. */
export const grammar = {
  nouns: words(`
    packages requests accounts deposits packages requests accounts deposits packages requests accounts deposits
    foxes ideas theodolites pinto_beans instructions foxes ideas theodolites pinto_beans instructions
    dependencies excuses platelets asymptotes courts dolphins multipliers sauternes warthogs frets dinos attainments
    somas patterns forges braids hockey_players frays warhorses dugouts notornis epitaphs pearls tithes waters orbits
    gifts sheaves depths sentiments decoys realms pains grouches escapades`),
  verbs: words(`
    sleep wake are cajole haggle nag use boost affix detect integrate maintain nod was lose sublate solve thrash
    promise engage hinder print x-ray breach eat grow impress mold poach serve run dazzle snooze doze unwind kindle
    play hang believe doubt`),
  adjectives: words(`
    special special special special pending unusual express special special pending unusual express furious sly careful blithe quick fluffy slow quiet
    ruthless thin close dogged daring brave stealthy permanent enticing idle busy regular final ironic even bold silent
    regular final ironic even bold silent`),
  adverbs: words(`
    sometimes always never furiously slyly carefully blithely quickly fluffily slowly quietly ruthlessly thinly closely
    doggedly daringly bravely stealthily permanently enticingly idly busily regularly finally ironically evenly boldly
    silently`),
  prepositions: words(`
    about above according_to across after against along alongside_of among around at atop before behind beneath beside
    besides between beyond by despite during except for from in_place_of inside instead_of into near of on outside over
    past since through throughout to toward under until up upon without with within`),
  auxiliaries: words('do may might shall will would can could should ought_to must'),
  terminators: words('. ; : ? ! --'),
} as const;

/** Splits a list at its spaces; `_` stands for a space inside an entry. */
function words(list: string): readonly string[] {
  return list
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll('_', ' '));
}
