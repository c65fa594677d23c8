import product from "../../package.json" with { type: "json" };

export const productName: string = product.name;
export const productVersion: string = product.version;
