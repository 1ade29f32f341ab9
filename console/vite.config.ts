import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` talks to `wakeline serve`; what is built is served from the API's own origin.
const api = "http://127.0.0.1:4318";
const forwarded = ["/api", "/v1", "/artifacts", "/console-config.json"];

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0 },
  server: { proxy: Object.fromEntries(forwarded.map((path) => [path, api])) },
});
