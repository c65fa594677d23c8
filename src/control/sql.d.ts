/** Migrations are compiled into the program: `import text from "….sql" with { type: "text" }`. */
declare module "*.sql" {
  const text: string;
  export default text;
}
