import{a,b,c,d,e,f}from"./chunk-4QJHZZOR.js";import"./chunk-QJVZXV57.js";import"./chunk-TSUUTVOJ.js";export{b as field,d as fill,c as look,e as put,f as restore,a as save};
