declare module "*.min.js" {
  const text: string;
  export default text;
}
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*/forms.js" {
  const text: string;
  export default text;
}
declare module "*/hub.js" {
  const text: string;
  export default text;
}
declare module "*/keyboard.js" {
  const text: string;
  export default text;
}
declare module "*/ticks.js" {
  const text: string;
  export default text;
}
declare module "*.svg" {
  const text: string;
  export default text;
}
