/** Returns an order with the given number of goods, like that of benches/src/payload.rs. */
export function order(goods, invalid = false) {
  const [category, quantity] = invalid ? ["shoes#low", 0] : ["shoes/low", 3];
  const amount = (value) => ({ currency: "USD", value });
  const one = (_, index) => ({
    referenceGoodsId: `SHOE-${String(index).padStart(4, "0")}`,
    goodsName: "Sneakers, blue",
    goodsCategory: category,
    goodsBrand: "UGG",
    goodsUnitAmount: amount(1663),
    goodsPaymentAmount: amount(4990),
    goodsQuantity: quantity,
    goodsSkuName: "blue 42",
    goodsUrl: `https://example.com/goods/${String(index).padStart(4, "0")}`,
    extendInfo: '{"color":"blue"}',
  });
  return {
    referenceOrderId: "2026112200017",
    orderDescription: "Shoes for the whole family",
    orderAmount: amount(49900),
    orderCreateTime: "2026-11-22T12:01:01+08:00",
    merchant: {
      referenceMerchantId: "218812000470",
      merchantMCC: "5661",
      merchantName: "Shoe Shop",
      merchantDisplayName: "Shoes",
    },
    goods: Array.from({ length: goods }, one),
    shipping: {
      shippingName: { fullName: "Zoë Müller" },
      shippingAddress: { region: "SG", city: "Singapore", address1: "7 Sample Close", zipCode: "100000" },
      shippingPhoneNo: "+6591234567",
    },
    buyer: { referenceBuyerId: "1236450862137570", buyerEmail: "zoe@example.com" },
    env: { terminalType: "MINI_APP", osType: "ANDROID", clientIp: "2001:db8::42" },
    extendInfo: '{"campaign":"autumn"}',
  };
}
