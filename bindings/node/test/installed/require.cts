import protocol = require("miniprogram-protocol");

const amount: protocol.Amount = { currency: "USD", value: 1 };
if (!protocol.isAmount(amount) || protocol.check("Amount", "{}").violations.length !== 2) throw new Error("unexpected result");
