declare module "rapidoc/dist/rapidoc-min.js" {
  const text: string;
  export default text;
}
