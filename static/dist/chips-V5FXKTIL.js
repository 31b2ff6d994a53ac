import{a,b,c,d,e,f}from"./chunk-75I67BYW.js";import"./chunk-7BCI5UA4.js";import"./chunk-TSUUTVOJ.js";export{b as field,d as fill,c as look,e as put,f as restore,a as save};
