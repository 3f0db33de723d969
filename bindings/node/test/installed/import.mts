import { type Amount, check, isAmount } from "miniprogram-protocol";

const amount: Amount = { currency: "USD", value: 1 };
if (!isAmount(amount) || check("Amount", "{}").violations.length !== 2) throw new Error("unexpected result");
