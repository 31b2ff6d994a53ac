// The palette is a set of meanings; static/css/tokens.css gives each its value
// in the light and in the dark. Nothing else names a colour.
const meaning = (name) => `rgb(var(--${name}) / <alpha-value>)`;

/** @type {import('tailwindcss').Config} */
module.exports = {
  content: ["./views/*.templ", "./views/*.go", "./static/js/*.js", "./static/src/**/*.{js,jsx}"],
  darkMode: ["selector", '[data-theme="dark"]'],
  theme: {
    colors: {
      transparent: "transparent",
      current: "currentColor",
      page: meaning("page"),
      side: meaning("side"),
      raised: meaning("raised"),
      sunken: meaning("sunken"),
      ink: meaning("ink"),
      muted: meaning("muted"),
      faint: meaning("faint"),
      line: meaning("line"),
      accent: meaning("accent"),
      "on-accent": meaning("on-accent"),
      soft: meaning("soft"),
      amber: meaning("amber"),
      "amber-soft": meaning("amber-soft"),
      danger: meaning("danger"),
      "danger-soft": meaning("danger-soft"),
    },
    fontFamily: {
      sans: ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Ubuntu", "sans-serif", "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"],
      display: ["ui-serif", "Iowan Old Style", "Charter", "Palatino", "Georgia", "Noto Serif", "serif"],
      mono: ["ui-monospace", "SF Mono", "Cascadia Code", "JetBrains Mono", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace"],
    },
    screens: { wide: "56rem" },
    extend: {
      maxWidth: { column: "46rem", form: "26rem" },
      boxShadow: {
        card: "0 1px 2px rgb(var(--shadow) / .06), 0 8px 28px -12px rgb(var(--shadow) / .18)",
        pop: "0 2px 6px rgb(var(--shadow) / .10), 0 18px 48px -12px rgb(var(--shadow) / .32)",
      },
    },
  },
};
