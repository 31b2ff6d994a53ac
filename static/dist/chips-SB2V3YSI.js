import{a,b,c,d,e,f}from"./chunk-2Y4T6CZD.js";import"./chunk-L5G2FFFF.js";import"./chunk-3A4J45VR.js";export{b as field,d as fill,c as look,e as put,f as restore,a as save};
