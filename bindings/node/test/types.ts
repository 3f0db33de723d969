// Compiled, not run: the types accept what the validator accepts.
import { type Amount, Policy, ValidationError, assert, check, isOrder, parse, sign, verify } from "../dist/index.js";

const report = check("Order", new Uint8Array(), { policy: new Policy({ base: "lenient" }), edition: "v1" });
const path: string | undefined = report.violations[0]?.path;
const amount: Amount = parse("Amount", '{"currency":"USD","value":1}');
const value: unknown = amount;
if (isOrder(value)) value.orderAmount;
assert("Amount", value);
value.currency;

// @ts-expect-error: not a type
check("order", "{}");
// @ts-expect-error: not the key of a policy
check("Order", "{}", { policy: { maxbytes: 1 } });
// @ts-expect-error: a key is required
void sign({ clientId: "C", path: "/", body: "" });

export const used = [path, ValidationError, verify];
