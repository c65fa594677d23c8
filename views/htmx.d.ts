/** The attributes of htmx 4 that our views use. Those that begin with a digit after the colon (`hx-status:422`) are not JSX names: spread them. */
declare namespace JSX {
  type HtmxName = `hx-${string}`;
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with that of the library
  interface HtmlTag {
    [name: HtmxName]: string | number | boolean | undefined;
  }
  // biome-ignore lint/style/useConsistentTypeDefinitions: as above
  interface IntrinsicElements {
    "hx-partial": HtmlTag;
  }
}
