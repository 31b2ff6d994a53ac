import{a,b,c,d,e,f}from"./chunk-QEEHDD7S.js";import"./chunk-32CVCTAO.js";import"./chunk-3A4J45VR.js";export{b as field,d as fill,c as look,e as put,f as restore,a as save};
